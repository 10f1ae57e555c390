[{#some#}][{$smarty.config.some}]
