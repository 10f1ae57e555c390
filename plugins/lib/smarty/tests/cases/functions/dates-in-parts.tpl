{date_parse('2024-02-30 10:00:00.5 +1 week EDT')|json_encode}
{date_parse('garbage 10:00')|json_encode}
{date_parse('first day of next month')|json_encode}
{date_parse('')|json_encode}
{date_parse_from_format('Y-m-d H:i','2024-02-29 10:30')|json_encode}
{date_parse_from_format('!d/m/Y','31/02/2024 x')|json_encode}
{date_parse_from_format('D, d M y g:i A T','Mon, 05 Feb 24 10:30 PM CET')|json_encode}
{timezone_identifiers_list(8)|json_encode} {timezone_identifiers_list(1024)|json_encode} {in_array('Europe/Berlin',timezone_identifiers_list())|json_encode}
{timezone_name_from_abbr('CET')} {timezone_name_from_abbr('',3600,0)} {timezone_name_from_abbr('none')|json_encode}
