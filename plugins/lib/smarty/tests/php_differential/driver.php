<?php
// Answers cases from standard input, one per line: kind, name, by-reference bits and arguments, separated by
// tabs. The text form of values keeps every bit: n, b0, b1, i<digits>, f<bits in hex>, s<hex>,
// a<count> followed by keys and values, all parts of a value separated by spaces.
// Smarty 4 itself runs its modifiers, where it is installed.
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

function stub()
{
    static $made = null;
    return $made ??= new class extends Smarty_Internal_TemplateCompilerBase {
        public $template;
        public $caching = false;
        public $required_plugins = [];
        public function __construct() { $this->template = $this; }
        public function _checkPlugins($plugins) { require_once SMARTY_PLUGINS_DIR . 'shared.literal_compiler_param.php'; }
        public function getPlugin($name, $type) { return 'smarty_modifier_mb_wordwrap'; }
        protected function doCompile($content, $isTemplateSource = false) { return ''; }
    };
}

function modify(string $name, array $args)
{
    // Modifier compilers inspect literals, so the arguments are written as a template writes them.
    $literal = fn($a) => is_string($a) && $a === 'true' ? '"true"' : (is_array($a) || is_string($a) && str_contains($a, "\0") || is_float($a) && $a < 0 || is_int($a) && $a < 0 ? '(' . var_export($a, true) . ')' : var_export($a, true));
    foreach (glob(SMARTY_PLUGINS_DIR . '{modifier,shared}.*.php', GLOB_BRACE) as $file) { require_once $file; }
    $compiler = SMARTY_PLUGINS_DIR . "modifiercompiler.$name.php";
    if (!is_file($compiler)) {
        return ("smarty_modifier_$name")(...$args);
    }
    require_once $compiler;
    return eval('return ' . ("smarty_modifiercompiler_$name")(array_map($literal, $args), stub()) . ';');
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
        case '&': return $a[0] & $a[1];
        case '|': return $a[0] | $a[1];
        case '^': return $a[0] ^ $a[1];
        case '<<': return $a[0] << $a[1];
        case '>>': return $a[0] >> $a[1];
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
            $result = modify($name, $args);
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

