{$x='inner' scope=parent}{assign var=y value=1 scope=parent}
