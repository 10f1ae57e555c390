{'2023-08-21 17:05 Europe/Rome'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-08-21 17:05 America/St_Johns'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-08-21 17:05 (CEST)'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-08-21 17:05 hkst'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-08-21 17:05 k'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-08-21 17:05 Etc/GMT+9'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-08-21 17:05 CET EST'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-08-21T17:05:09.25+05:30'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-08-21 GMT-4:30'|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('midnight r',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('PDT',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('Asia/Tokyo',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('GMT-4:30',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('+013015',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('UTC',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
