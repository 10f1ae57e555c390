{$smarty.const.PHP_INT_MAX} {$smarty.const.M_PI} {$smarty.const.PHP_EOL|json_encode} [{$smarty.const.NO_SUCH_ONE}]
