{assign var= value=1}
