{setfilter htmlspecialchars}
{$x}{/setfilter}
end
