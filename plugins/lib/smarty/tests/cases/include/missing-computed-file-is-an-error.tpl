{include file=$f}
