<?php
/*
 * Renders templates with PHP's own Smarty 4, set up as FusionPBX does: no
 * escaping, no security policy, `in_array` as a modifier.
 *
 * Reads one JSON job per line:
 *   folder     template folder, or
 *   files      {name: hex of its bytes}, written to a new folder
 *   file       the template to render
 *   variables  JSON text; 1 is an int, 1.0 a float, {"$hex": "ff00"} a byte
 *              string, {"$float": "INF"} a float that JSON cannot write
 *   clock      Unix seconds that `$smarty.now`, time() and date() see
 *   get, post, cookies, server
 *   compile    only compile, do not run
 *
 * Writes one JSON line per job, in order: {"body": hex} or
 * {"class", "message", "line", "kind"}, where kind is "syntax" (does not
 * compile), "fault" (PHP throws) or "message" (a user warning in the text).
 *
 * Each job runs in a forked child: counters and cycles are statics of the
 * process, and exhausted memory cannot be caught. A line may also be a list of
 * jobs that may share one child, which is faster.
 */
declare(strict_types=1);

error_reporting(E_ALL & ~E_NOTICE & ~E_WARNING & ~E_DEPRECATED);
ini_set('display_errors', '0');
ini_set('log_errors', '0');
ini_set('precision', '14');
ini_set('memory_limit', '128M');
date_default_timezone_set('UTC');
setlocale(LC_ALL, 'C');

/* Longer than any terminating template needs, and short enough for endless ones. */
const SECONDS_PER_JOB = 5;

/* Compiled templates call these instead of PHP's functions, see pinned(). */
final class Pinned
{
    public static int $now = 0;

    public static function time(): int
    {
        return self::$now;
    }

    public static function date(string $format, ?int $time = null): string
    {
        return date($format, $time ?? self::$now);
    }

    public static function gmdate(string $format, ?int $time = null): string
    {
        return gmdate($format, $time ?? self::$now);
    }

    public static function strtotime(string $text, ?int $base = null): int|false
    {
        return strtotime($text, $base ?? self::$now);
    }

    public static function getdate(?int $time = null): array
    {
        return getdate($time ?? self::$now);
    }

    public static function idate(string $format, ?int $time = null): int
    {
        return idate($format, $time ?? self::$now);
    }

    public static function microtime(bool $float = false): string|float
    {
        return $float ? (float) self::$now : '0.00000000 ' . self::$now;
    }
}

/* Replaces tokens, so that the template's text and strings stay unchanged. */
function pinned(string $compiled): string
{
    $tokens = PhpToken::tokenize($compiled);
    $names = ['time', 'date', 'gmdate', 'strtotime', 'getdate', 'idate', 'microtime'];
    $source = '';
    foreach ($tokens as $at => $token) {
        $called = $token->is(T_STRING) && ($tokens[$at + 1]->text ?? '') === '('
            && !in_array($tokens[$at - 1]->text ?? '', ['->', '::', 'function '], true);
        $pin = $called && in_array(strtolower($token->text), $names, true);
        $source .= ($pin ? 'Pinned::' : '') . $token->text;
    }
    return $source;
}

function typed(mixed $value): mixed
{
    if (!is_array($value)) {
        return $value;
    }
    if (count($value) === 1 && isset($value['$hex'])) {
        return hex2bin($value['$hex']);
    }
    if (count($value) === 1 && isset($value['$float'])) {
        return ['INF' => INF, '-INF' => -INF, 'NAN' => NAN][$value['$float']];
    }
    return array_map('typed', $value);
}

function engine(string $folder, string $compiled): Smarty
{
    $smarty = new Smarty();
    $smarty->setTemplateDir($folder);
    $smarty->setCompileDir($compiled);
    $smarty->setCacheDir($compiled);
    $smarty->registerPlugin('modifier', 'in_array', 'in_array');
    $smarty->registerFilter('post', 'pinned');
    return $smarty;
}

/* Keeps the line from the message and drops the path of the temporary file. */
function failure(string $kind, string $class, string $message): array
{
    $line = preg_match('/"\s+on line (\d+)/', $message, $found) ? (int) $found[1] : null;
    return ['kind' => $kind, 'class' => $class, 'message' => $message, 'line' => $line];
}

/* Compiles without running, and throws if PHP cannot parse the compiled code. */
function compile(Smarty $smarty, string $file): string
{
    $template = $smarty->createTemplate($file);
    $template->loadCompiler();
    eval('return; ?>' . $template->compiler->compileTemplate($template));
    return '';
}

function render(array $job, string $folder, string $compiled): array
{
    Pinned::$now = $job['clock'] ?? 1782907200;
    $_GET = $job['get'] ?? [];
    $_POST = $job['post'] ?? [];
    $_COOKIE = $job['cookies'] ?? [];
    $_SERVER = $job['server'] ?? [];
    $_REQUEST = $_POST + $_GET;
    $warning = null;
    set_error_handler(function (int $level, string $message) use (&$warning): bool {
        if ($level & (E_USER_WARNING | E_USER_NOTICE | E_USER_ERROR)) {
            $warning ??= failure('message', 'trigger_error', $message);
        }
        return true;
    });
    // Jobs in one process would otherwise share these statics.
    Smarty::$global_tpl_vars = [];
    Smarty_Internal_TemplateCompilerBase::$_tag_objects = [];
    $level = ob_get_level();
    try {
        $smarty = engine($folder, $compiled);
        foreach (json_decode($job['variables'] ?? '{}', true) as $name => $value) {
            $smarty->assign((string) $name, typed($value));
        }
        $body = isset($job['compile']) ? compile($smarty, $job['file']) : $smarty->fetch($job['file']);
        return $warning ?? ['body' => bin2hex($body)];
    } catch (SmartyCompilerException | ParseError | CompileError $error) {
        return failure('syntax', get_class($error), $error->getMessage());
    } catch (Throwable $error) {
        return failure('fault', get_class($error), $error->getMessage());
    } finally {
        while (ob_get_level() > $level) {
            ob_end_clean();
        }
    }
}

function answer(array $result): void
{
    fwrite(STDOUT, json_encode($result, JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}

/* Answers jobs until done. If the process dies, the cause is the answer to the job that it was running. */
function child(array $jobs, array $folders, string $scratch): never
{
    $answered = 0;
    register_shutdown_function(function () use (&$answered, $jobs, $scratch): void {
        if ($answered < count($jobs)) {
            ini_set('memory_limit', '-1');
            while (ob_get_level() > 0) {
                ob_end_clean();
            }
            $last = error_get_last()['message'] ?? 'died';
            $kind = str_contains($last, 'redeclare') ? 'syntax' : 'fault';
            answer(failure($kind, 'Fatal', explode("\n", $last)[0]));
            file_put_contents("$scratch/answered", (string) ($answered + 1));
        }
    });
    foreach ($jobs as $number => $job) {
        set_time_limit(SECONDS_PER_JOB);
        $result = render($job, $folders[$number], "$scratch/compiled");
        answer($result);
        $answered++;
        file_put_contents("$scratch/answered", (string) $answered);
    }
    exit(0);
}

function remove(string $path): void
{
    foreach (glob("$path/{,.}*", GLOB_BRACE) as $entry) {
        if (!in_array(basename($entry), ['.', '..'], true)) {
            is_dir($entry) ? remove($entry) : unlink($entry);
        }
    }
    rmdir($path);
}

function written(array $files, string $folder): string
{
    foreach ($files as $name => $hex) {
        @mkdir(dirname("$folder/$name"), 0700, true);
        file_put_contents("$folder/$name", hex2bin($hex));
    }
    return $folder;
}

function run(array $jobs, string $scratch): void
{
    mkdir($scratch, 0700, true);
    mkdir("$scratch/compiled");
    $folders = [];
    foreach ($jobs as $number => $job) {
        $folders[] = $job['folder'] ?? written($job['files'], "$scratch/templates$number");
    }
    while ($jobs) {
        file_put_contents("$scratch/answered", '0');
        $pid = pcntl_fork();
        if ($pid === 0) {
            child($jobs, $folders, $scratch);
        }
        pcntl_waitpid($pid, $status);
        $answered = (int) file_get_contents("$scratch/answered");
        if (pcntl_wifsignaled($status)) {
            answer(failure('fault', 'Signal', 'signal ' . pcntl_wtermsig($status)));
            $answered++;
        }
        $jobs = array_slice($jobs, $answered);
        $folders = array_slice($folders, $answered);
    }
    remove($scratch);
}

if (!(@include getenv('SMARTY_CLASS') ?: 'smarty4/Smarty.class.php')) {
    fwrite(STDERR, "Smarty 4 is not on the include path\n");
    exit(3);
}
$root = sys_get_temp_dir() . '/smarty-cases-' . getmypid();
mkdir($root, 0700);
/* Loads the classes before the fork, and so only once. */
$warm = ['files' => ['a' => bin2hex('{$x=1}{if $x}{$x}{/if}{foreach [1] as $y}{$y}{/foreach}')]];
mkdir("$root/warm");
render(['file' => 'a'], written($warm['files'], "$root/warm-templates"), "$root/warm");
for ($number = 0; ($line = fgets(STDIN)) !== false; $number++) {
    $jobs = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
    run(array_is_list($jobs) ? $jobs : [$jobs], "$root/$number");
}
remove($root);
