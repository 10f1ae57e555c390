{strip}
  <a>
    <b>x</b>
  </a>
{/strip}
end
