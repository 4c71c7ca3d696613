# Keeps one program of the shop running, as an init system would: started from etc/ROLE.env, again whenever it ends.
role=$1
while :; do
  sh -c '
    . "etc/$1.env"
    echo $$ >"run/$1.pid"
    exec python3 "app/$PROGRAM" --role "$1"
  ' keep "$role" >>"log/$role.log" 2>&1
  sleep 0.5
done
