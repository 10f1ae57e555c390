{{if $on}}
a
{{elseif $off}}b{{else}}c{{/if}}
{{if $off}}a{{else}}
c
{{/if}}
{{foreach $lines as $k => $l}}{{$k}}={{$l}}{{if $l == 'x'}}{{continue}}{{/if}};{{foreachelse}}none{{/foreach}}
{{for $k = 1 to 0}}x{{forelse}}none{{/for}}
{{section name=s loop=$lines}}{{$lines[s]}}{{/section}}
{{while $i < 2}}{{$i}}{$i = $i + 1}{{/while}}
{{nocache}}n{{/nocache}}{{setfilter upper}}{{$lines[0]}}{{/setfilter}}
{{{if $on}}}three{{{/if}}}{if $on}mixed{{/if}}
