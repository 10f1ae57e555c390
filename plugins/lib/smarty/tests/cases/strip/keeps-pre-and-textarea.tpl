{strip}
<p>
 a
</p>
<pre>
  keep
    this
</pre>
<textarea rows=2>
  and
  that
</textarea>
<p> z </p>
{/strip}
