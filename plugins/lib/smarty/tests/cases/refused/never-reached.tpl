{if false}{fetch file=$x assign=page}{$page}{html_image file='a.png'}{eval var=$x}{config_load file='x'}{debug}{/if}a
{if false}{gethostbyname($x)}{$x|gethostbyname}{if file_exists($x)}y{/if}{$a->b($x)->c}{Foo::bar($x)}{Foo::BAR}{$data:x}{(object)$x}{/if}b
{if false}{include 'string:a'}{include file='/etc/passwd'}{include '../../../x'}{$smarty.template_object}{/if}c
{foreach [] as $q}{fetch file=$q}{foreachelse}none{/foreach} {function f}{eval var=$x}{/function}d
{setfilter gethostbyname}{/setfilter}{true || file_exists($x)} {"{if false}`rand()`{/if}"}e
