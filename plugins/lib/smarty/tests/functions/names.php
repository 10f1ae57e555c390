<?php
// Writes the names of PHP 8.2's functions, one file per extension: php tests/functions/names.php
foreach (['ctype', 'date', 'json', 'mbstring', 'pcre', 'standard'] as $extension) {
    $names = get_extension_funcs($extension);
    sort($names);
    file_put_contents(__DIR__ . "/$extension.txt", implode("\n", $names) . "\n");
}
// Functions that scripts have without an extension, and the random ones, which PHP 8.2 moved out of standard.
$names = array_merge(get_extension_funcs('core'), get_extension_funcs('random'));
sort($names);
file_put_contents(__DIR__ . '/core.txt', implode("\n", $names) . "\n");
