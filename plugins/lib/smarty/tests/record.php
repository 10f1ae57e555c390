<?php
/*
 * Records the expected outputs of tests/cases with PHP's own Smarty.
 *
 *   php record.php            records the cases that have neither .out nor .err
 *   php record.php --check [NAME]   prints the recorded cases that Smarty answers
 *                             differently; NAME limits it to names that start so
 *   php record.php --all      records every .out again
 *   php record.php --compile FOLDER   prints which files of a folder do not compile
 *
 * A .err file is written once and then edited by hand: its kind and line are
 * this library's. Smarty answers differently where .err has the kind "refused"
 * or "limit", or where .json has "differs".
 */
declare(strict_types=1);

const CASES = __DIR__ . '/cases';

function read_json(string $path): array
{
    return is_file($path) ? json_decode(file_get_contents($path), true, 512, JSON_THROW_ON_ERROR) : [];
}

/* The "variables" member as text: decoding and encoding it would lose 1.0. */
function variables(string $path): string
{
    if (!is_file($path)) {
        return '{}';
    }
    return json_encode(
        json_decode(file_get_contents($path), false, 512, JSON_THROW_ON_ERROR)->variables ?? new stdClass(),
        JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE,
    );
}

function extra_files(string $folder): array
{
    $files = [];
    if (is_dir($folder)) {
        $walk = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS));
        foreach ($walk as $file) {
            $files[substr($file->getPathname(), strlen($folder) + 1)] = bin2hex(file_get_contents($file->getPathname()));
        }
    }
    return $files;
}

function job(string $case): array
{
    $settings = read_json("$case.json");
    unset($settings['variables']);
    $name = basename($case) . '.tpl';
    $files = extra_files($case);
    $files[$name] = bin2hex(file_get_contents("$case.tpl"));
    return $settings + ['file' => $name, 'files' => $files, 'variables' => variables("$case.json")];
}

function render_all(array $jobs): array
{
    $in = tempnam(sys_get_temp_dir(), 'jobs');
    file_put_contents($in, implode("\n", array_map('json_encode', $jobs)) . "\n");
    $php = proc_open([PHP_BINARY, __DIR__ . '/smarty.php'], [['file', $in, 'r'], ['pipe', 'w']], $pipes);
    $lines = explode("\n", trim(stream_get_contents($pipes[1])));
    proc_close($php);
    unlink($in);
    return array_map(fn ($line) => json_decode($line, true), $lines);
}

/* A first draft of the .err file, to be reviewed. */
function error_text(array $failure): string
{
    $kind = ['syntax' => 'syntax', 'fault' => 'fault', 'message' => 'fault'][$failure['kind']];
    if (str_contains($failure['message'], 'Unable to load template')) {
        $kind = 'not found';
    }
    if (str_contains($failure['message'], 'Allowed memory size') || str_contains($failure['message'], 'execution time') || $failure['class'] === 'Signal') {
        $kind = 'limit';
    }
    return "kind: $kind\nline: " . ($failure['line'] ?? 1) . "\nsays: " . fragment($failure['message']) . "\n";
}

/* The part of a message that is fixed: the name in question, or PHP's own words. */
function fragment(string $message): string
{
    $names = ['/^([a-z_0-9]+)\(\)/', "/unknown (?:tag|modifier) '(\w+?)(?:close)?'/", "/(?:missing|unexpected) '(\w+)' attribute/",
        "/Unable to load template 'file:([^']+)'/", '/^(Unsupported operand types: .*)$/', '/^((?:Division|Modulo) by zero)$/',
        '/unclosed \'?\{?(\w+)\}?\'? tag$/', '/(\$smarty\.\w+) is not defined/', '/^(Illegal offset type)/',
        "/used outside|missing (if|while) condition/"];
    foreach ($names as $pattern) {
        if (preg_match($pattern, $message, $found)) {
            return $found[1] ?? '';
        }
    }
    return '';
}

function record(string $case, array $result): string
{
    if (isset($result['body'])) {
        file_put_contents("$case.out", hex2bin($result['body']));
        return 'out';
    }
    file_put_contents("$case.err", error_text($result));
    return 'err';
}

/* The difference between Smarty's answer now and the recorded one; null where they agree. */
function difference(string $case, array $result): ?string
{
    if (isset(read_json("$case.json")['differs'])) {
        return null;
    }
    if (is_file("$case.out")) {
        $expected = bin2hex(file_get_contents("$case.out"));
        return ($result['body'] ?? null) === $expected ? null : ($result['message'] ?? 'the output differs');
    }
    $own = preg_match('/^kind: (refused|limit)$/m', file_get_contents("$case.err"));
    return $own || !isset($result['body']) ? null : 'Smarty renders it without an error';
}

/* Every file of a template tree that Smarty cannot compile. */
function print_broken(string $root): void
{
    $walk = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS));
    $names = array_map(fn ($file) => substr($file->getPathname(), strlen($root) + 1), iterator_to_array($walk, false));
    sort($names);
    $jobs = array_map(fn ($name) => ['folder' => dirname("$root/$name"), 'file' => basename($name), 'compile' => true], $names);
    foreach (render_all($jobs) as $at => $result) {
        echo isset($result['body']) ? '' : "$names[$at]\n";
    }
}

if (($argv[1] ?? '') === '--compile') {
    print_broken(rtrim($argv[2], '/'));
    exit(0);
}
$cases = array_map(fn ($path) => substr($path, 0, -4), glob(CASES . '/*/*.tpl'));
$mode = $argv[1] ?? '';
$cases = array_filter($cases, fn ($case) => str_starts_with(substr($case, strlen(CASES) + 1), $argv[2] ?? ''));
if ($mode === '') {
    $cases = array_filter($cases, fn ($case) => !is_file("$case.out") && !is_file("$case.err"));
} elseif ($mode === '--check') {
    $cases = array_filter($cases, fn ($case) => !is_file("$case.err") || !preg_match('/^kind: (limit|refused|not found)$/m', file_get_contents("$case.err")));
} elseif ($mode === '--all') {
    $cases = array_filter($cases, fn ($case) => is_file("$case.out") && !isset(read_json("$case.json")['differs']));
}
$cases = array_values($cases);
$differences = 0;
foreach ($cases ? render_all(array_map('job', $cases)) : [] as $at => $result) {
    $name = substr($cases[$at], strlen(CASES) + 1);
    $said = $mode === '--check' ? difference($cases[$at], $result) : record($cases[$at], $result);
    $differences += $mode === '--check' && $said !== null ? 1 : 0;
    if ($said !== null) {
        echo "$name: $said\n";
    }
}
echo count($cases) . " cases\n";
exit($differences === 0 ? 0 : 1);
