{$d=date_parse_from_format('e','-12345')}{$d.zone_type} {$d.zone} {$d.errors.0}
{$d=date_parse_from_format('?*','x')}{$d.error_count} {$d.errors.1}
{$d=date_parse_from_format('12abc','Mon, 05 Feb 24')}{$d.error_count} {$d.errors.2} {$d.errors.14}
{$d=date_parse_from_format('Y z','2 830')}{$d.year}-{$d.month}-{$d.day}
{$d=date_parse('10:00 +1:30')}{$d.zone} {$d=date_parse('10:00 +013015')}{$d.zone}
{var_export(timezone_name_from_abbr('z',-18000,0),true)} {timezone_name_from_abbr('',-18000,0)} {timezone_name_from_abbr('GMT')}
