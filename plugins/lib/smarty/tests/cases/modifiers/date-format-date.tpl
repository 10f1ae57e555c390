{$t|date_format:'Y-m-d H:i:s'} | {$t|date_format:'D, d M y'} | {$t|date_format:'l jS F Y g:i A'} | {$t|date_format:'N w z t L W o n G h U e T P O c r'} | {$t|date_format:'\Y\m S u v'}
