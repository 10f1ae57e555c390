{include file="php:x.php"}
