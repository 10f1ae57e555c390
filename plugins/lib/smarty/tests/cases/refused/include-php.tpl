{include_php file="x.php"}
