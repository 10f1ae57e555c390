{$v}
{"x"}
{1+1}
{$nothing}
{''}
{$v|upper}
{strlen($v)}
end
