{Strip}
  a
  b
{/STRIP}
