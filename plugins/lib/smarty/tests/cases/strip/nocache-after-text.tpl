{strip}<p>	{nocache}
 n{/nocache}
z{/strip} {strip}<p>{nocache}
  n
 m{/nocache}
z{/strip}
