{'&lt;&eacute;%20'|unescape:true}|{'&lt;&eacute;%20'|unescape:html}|{'&lt;%20'|unescape:'url'}|{'&lt;'|unescape:'x-y'}|{'&lt;'|unescape:5}
