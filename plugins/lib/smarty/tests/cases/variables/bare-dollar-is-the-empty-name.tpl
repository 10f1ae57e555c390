[{$}] {$=5}{$} [{$*3}] {$|string_format:'%02d'} {foreach $ as $l}{$l}{/foreach}
