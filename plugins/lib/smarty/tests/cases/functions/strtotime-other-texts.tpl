{strtotime('back of 6pm',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('front of 11am',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('Back of 6',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('next weekday',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('3 weekdays ago',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('weekday',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('16:20 tue',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{strtotime('+2 weeks ago',1782907200)|date_format:'%Y-%m-%d %H:%M:%S'}
{foreach ['no date at all', '2023-08-21 25:00', '1 2 3', '20230821T17:05:09.5', '2023-08-21 17:05 Europe/Atlantis', '2023-08-21 17:05 CET EST PST', '', '1:00 2:00', 'may june', '@'] as $text}{if strtotime($text, 1782907200) === false}none{else}{strtotime($text, 1782907200)}{/if} {/foreach}
