{{capture assign=c}}text{{/capture}}[{$c|default:'empty'}]
{{capture assign=c}}text{/capture}[{$c}]{capture assign=c}text{{/capture}}[{$c}]
{{textformat}}a   b{{/textformat}} {textformat}a   b{/textformat}
