{StrToUpper('abc')} {STRLEN('abc')} {if IsSet($v)}x{else}y{/if} {if EMPTY($v)}e{/if} {Count([1])}
