{$t="{{if $on}}y{{else}}n{{/if}}"}[{$t}]
