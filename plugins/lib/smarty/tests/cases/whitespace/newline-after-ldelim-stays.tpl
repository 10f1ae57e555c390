{ldelim}
{rdelim}
end
