<?php
// Answers cases from standard input, one a line: kind, name, by-reference bits and arguments, separated by
// tabs. Values are written so that every bit survives: n, b0, b1, i<digits>, f<bits in hex>, s<hex>,
// a<count> followed by keys and values; all parts of a value are separated by spaces.
// Smarty's modifiers are answered by Smarty 4 itself, where it is installed.
error_reporting(0);
set_error_handler(fn() => true);
date_default_timezone_set('America/New_York');
mb_internal_encoding('UTF-8');
$smarty = '/usr/share/php/smarty4/';
if (is_file($smarty . 'Smarty.class.php')) {
    require $smarty . 'Smarty.class.php';
}

function read_value(array &$parts)
{
    $part = array_shift($parts);
    $rest = substr($part, 1);
    switch ($part[0]) {
        case 'n': return null;
        case 'b': return $rest === '1';
        case 'i': return (int) $rest;
        case 'f': return unpack('E', hex2bin($rest))[1];
        case 's': return hex2bin($rest);
        case 'a':
            $array = [];
            for ($i = (int) $rest; $i > 0; $i--) {
                $key = read_value($parts);
                $array[$key] = read_value($parts);
            }
            return $array;
    }
}

function write_value($value): string
{
    switch (true) {
        case $value === null: return 'n';
        case is_bool($value): return $value ? 'b1' : 'b0';
        case is_int($value): return 'i' . $value;
        case is_float($value): return 'f' . bin2hex(pack('E', $value));
        case is_string($value): return 's' . bin2hex($value);
        case is_array($value):
            $text = 'a' . count($value);
            foreach ($value as $key => $entry) {
                $text .= ' ' . write_value($key) . ' ' . write_value($entry);
            }
            return $text;
    }
    return 'o';
}

class CompilerStub
{
    public $template;
    public function __construct() { $this->template = $this; }
    public function _checkPlugins($plugins) { require_once SMARTY_PLUGINS_DIR . 'shared.literal_compiler_param.php'; }
    public function getPlugin($name, $type) { require_once SMARTY_PLUGINS_DIR . 'modifier.mb_wordwrap.php'; return 'smarty_modifier_mb_wordwrap'; }
    public $caching = false;
    public $required_plugins = [];
}

function modify(string $name, array $args)
{
    $compiler = SMARTY_PLUGINS_DIR . "modifiercompiler.$name.php";
    if (is_file($compiler)) {
        require_once $compiler;
        $code = ("smarty_modifiercompiler_$name")(array_map(fn($a) => '(' . var_export($a, true) . ')', $args), new CompilerStub);
        foreach (glob(SMARTY_PLUGINS_DIR . 'modifier.*.php') as $file) { require_once $file; }
        return eval('return ' . $code . ';');
    }
    foreach (glob(SMARTY_PLUGINS_DIR . 'modifier.*.php') as $file) { require_once $file; }
    return ("smarty_modifier_$name")(...$args);
}

function escape_modifier(array $args)
{
    // The compiler looks at literals, so they must be written as a template writes them.
    require_once SMARTY_PLUGINS_DIR . 'modifiercompiler.escape.php';
    foreach (glob(SMARTY_PLUGINS_DIR . 'modifier.*.php') as $file) { require_once $file; }
    $code = smarty_modifiercompiler_escape(array_map(fn($a) => var_export($a, true), $args), new CompilerStub);
    return eval('return ' . $code . ';');
}

function operate(string $name, array $a)
{
    switch ($name) {
        case '+': return $a[0] + $a[1];
        case '-': return $a[0] - $a[1];
        case '*': return $a[0] * $a[1];
        case '/': return $a[0] / $a[1];
        case '%': return $a[0] % $a[1];
        case '**': return $a[0] ** $a[1];
        case '&': return (int) $a[0] & $a[1];
        case '|': return (int) $a[0] | $a[1];
        case '^': return (int) $a[0] ^ $a[1];
        case '<<': return (int) $a[0] << $a[1];
        case '>>': return (int) $a[0] >> $a[1];
        case '==': return $a[0] == $a[1];
        case '===': return $a[0] === $a[1];
        case '<': return $a[0] < $a[1];
        case '<=': return $a[0] <= $a[1];
        case '>': return $a[0] > $a[1];
        case '>=': return $a[0] >= $a[1];
        case '<=>': return $a[0] <=> $a[1];
        case 'neg': return -$a[0];
        case 'inc': return ++$a[0];
        case 'dec': return --$a[0];
        case 'echo': return (string) $a[0];
        case 'int': return (int) $a[0];
        case 'float': return (float) $a[0];
        case 'bool': return (bool) $a[0];
        case 'key': return [$a[0] => 1];
    }
}

while (($line = fgets(STDIN)) !== false) {
    [$kind, $name, $bits, $text] = explode("\t", rtrim($line, "\n"), 4);
    $parts = explode(' ', $text);
    $args = read_value($parts);
    try {
        if ($kind === 'op') {
            $result = operate($name, $args);
        } elseif ($kind === 'mod') {
            if (!defined('SMARTY_PLUGINS_DIR')) { echo "absent\n"; continue; }
            $result = $name === 'escape' || $name === 'unescape' ? ($name === 'escape' ? escape_modifier($args) : modify_literal($name, $args)) : modify($name, $args);
        } else {
            $refs = [];
            foreach ($args as $i => &$arg) { $refs[] = &$arg; }
            unset($arg);
            $result = call_user_func_array($name, $refs);
        }
        $answer = 'ok ' . write_value($result);
        foreach ($args as $i => $arg) {
            if ($bits >> $i & 1) { $answer .= "\t" . write_value($arg); }
        }
    } catch (\Throwable $error) {
        $answer = 'throw ' . get_class($error) . ' ' . str_replace("\n", ' ', $error->getMessage());
    }
    echo $answer, "\n";
}

function modify_literal(string $name, array $args)
{
    require_once SMARTY_PLUGINS_DIR . "modifiercompiler.$name.php";
    $code = ("smarty_modifiercompiler_$name")(array_map(fn($a) => var_export($a, true), $args), new CompilerStub);
    return eval('return ' . $code . ';');
}
