{$d=date_parse_from_format('e','-12345')}{$d.zone_type}
{$d=date_parse_from_format('?*','x')}{$d.error_count}
{$d=date_parse_from_format('12abc','Mon, 05 Feb 24')}{$d.error_count}
{timezone_name_from_abbr('z',-18000,0)}
