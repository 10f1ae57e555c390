{$t=1710054000}{date_sunrise($t)} {date_sunset($t)} {date_sunrise($t,SUNFUNCS_RET_TIMESTAMP)}
{date_sunset($t,SUNFUNCS_RET_STRING,52.52,13.4,90.83,1)} {date_sunrise($t,1,52.52,13.4)} {round(date_sunset($t,SUNFUNCS_RET_DOUBLE,52.52,13.4,96,1),9)}
{foreach date_sun_info($t,52.52,13.4) as $name=>$seconds}{$name} {$seconds}
{/foreach}
{foreach date_sun_info(1718971200,70,20) as $name=>$seconds}{$name} {var_export($seconds,true)}
{/foreach}
{var_export(date_sunrise(1718971200,1,78.2,15.6),true)} {var_export(date_sunset(1734696000,0,78.2,15.6),true)}
