{counter start=1 print=false}
{counter assign=c}
{cycle values="a,b"}
{math equation="1+1"}
{math equation="1+1" assign=m}
{mailto address="a@b.example"}
end
