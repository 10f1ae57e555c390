{ldelim}$v{rdelim} {ldelim}{$v}{rdelim}{ldelim}
{rdelim}
