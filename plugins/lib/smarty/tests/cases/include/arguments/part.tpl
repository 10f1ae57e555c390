{$name|default:'-'}:{$n|default:'-'}
