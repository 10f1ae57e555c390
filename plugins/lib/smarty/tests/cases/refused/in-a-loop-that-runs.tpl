a
{foreach [1] as $q}
{fetch file=$q}{/foreach}