{section name=s loop=2}
s{$smarty.section.s.index}
{/section}
{section name=s loop=0}
x
{sectionelse}
none
{/section}
end
