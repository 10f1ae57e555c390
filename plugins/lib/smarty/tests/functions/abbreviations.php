<?php
// Writes the abbreviations of time zones as PHP 8.2 has them: php tests/functions/abbreviations.php
// A line has an abbreviation, 1 for daylight saving, the seconds east of Greenwich, and zones; its zones continue on
// the next line if that begins alike.
const WIDTH = 118;
$lines = [];
foreach (timezone_abbreviations_list() as $name => $meanings) {
    foreach ($meanings as ['dst' => $dst, 'offset' => $offset, 'timezone_id' => $zone]) {
        $head = "$name " . (int) $dst . " $offset";
        $last = array_key_last($lines);
        $longer = $last === null ? '' : "$lines[$last] $zone";
        if ($zone !== null && str_starts_with($longer, "$head ") && strlen($longer) <= WIDTH) {
            $lines[$last] = $longer;
        } else {
            $lines[] = rtrim("$head $zone");
        }
    }
}
file_put_contents(__DIR__ . '/../../src/php/date/abbreviations.txt', implode("\n", $lines) . "\n");
