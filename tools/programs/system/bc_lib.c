/* system/bc_lib.c - the functions that bc -l has (POSIX bc, "Functions"), in bc itself.  Each works
 * with some digits more than `scale` and cuts them off at the end. */
#include "bc.h"

const char bc_library[] =
    "scale=20\n"
    /* e(x): Taylor's series of x/2^k below 1/2, squared k times */
    "define e(x){auto s,n,k,t,r,i,z;s=scale;if(x<0){n=1;x=-x}\n"
    "scale=0;z=x/1;scale=s+10+(z*44)/100;if(n){scale=s+10}\n"
    "if(n&&z>2*s+20){scale=s;return(0/1)}\n"
    "while(x>.5){x=x/2;k+=1;scale=scale+1}\n"
    "t=1;r=1;for(i=1;1;i++){t=t*x/i;if(t==0)break;r+=t}\n"
    "while(k>0){r=r*r;k-=1}\n"
    "if(n)r=1/r;scale=s;return(r/1)}\n"
    /* l(x): roots until it is near 1, then twice the series of artanh((x-1)/(x+1)) */
    "define l(x){auto s,k,t,r,i,y,p;s=scale;if(x<=0)return((1-10^s)/1)\n"
    "scale=s+10+length(x)-scale(x);if(scale<s+10)scale=s+10\n"
    "scale=scale+scale(x)/2;k=2\n"
    "while(x>=1.25){x=sqrt(x);k*=2}\n"
    "while(x<=.8){x=sqrt(x);k*=2}\n"
    "y=(x-1)/(x+1);p=y*y;t=y;r=y\n"
    "for(i=3;1;i+=2){t=t*p;if(t/i==0)break;r+=t/i}\n"
    "r=r*k;scale=s;return(r/1)}\n"
    /* a(x): halved angles until it is small, then the series */
    "define a(x){auto s,n,k,t,r,i,p;s=scale;if(x<0){n=1;x=-x}\n"
    "scale=s+10;k=1\n"
    "if(x>1){r=4*a(1/x);scale=s+10;r=2*a(1)-r/4;k=0}\n"
    "if(k==1){while(x>.1){x=x/(1+sqrt(1+x*x));k*=2}\n"
    "p=x*x;t=x;r=x;for(i=3;1;i+=2){t=-t*p;if(t/i==0)break;r+=t/i}\n"
    "r*=k}\n"
    "scale=s;if(n)r=-r;return(r/1)}\n"
    /* s(x): less whole turns, then Taylor's series */
    "define s(x){auto s,n,t,r,i,p,q;s=scale;if(x<0){n=1;x=-x}\n"
    "scale=0;q=x/1;scale=s+6+length(q);p=a(1);scale=0;q=(x/p+2)/4;if(q%2!=0)n=!n\n"
    "scale=s+6+length(q);p=4*a(1);x=x-q*p\n"
    "scale=s+8\n"
    "p=x*x;t=x;r=x;for(i=3;1;i+=2){t=-t*p/(i*(i-1));if(t==0)break;r+=t}\n"
    "scale=s;if(n)r=-r;return(r/1)}\n"
    "define c(x){auto v,z;z=scale;scale=z+4+length(x)-scale(x);if(scale<z+4)scale=z+4\n"
    "v=s(x+2*a(1));scale=z;return(v/1)}\n"
    /* j(n,x): Bessel's series */
    "define j(n,x){auto s,g,t,r,i,p,z;s=scale;scale=0;n/=1;if(n<0){n=-n;if(n%2==1)g=1}\n"
    "scale=s+20+1.5*length(x/1)\n"
    "z=x;if(z<0)z=-z;scale=0;z=z/1;scale=s+20+z;r=1;for(i=1;i<=n;i++)r=r*x/(2*i)\n"
    "p=-x*x/4;t=1;z=1;for(i=1;1;i++){t=t*p/i/(n+i);if(t==0)break;z+=t}\n"
    "r=r*z;scale=s;if(g)r=-r;return(r/1)}\n";
