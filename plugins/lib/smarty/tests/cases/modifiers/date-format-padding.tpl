{$t|date_format:'%e|%l|%k|%d|%H'} {$t|date_format:'%-d'}
