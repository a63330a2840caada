%% Plain processes: links, monitors, exit signals. Each process does what the
%% driver asks it to do, and logs every other message that it gets.
-module(oracle_proc).
-export([run/1]).

-define(QUIET_ROUNDS, 3).
-define(QUIET_LIMIT_MS, 20000).
-define(PID, oracle_proc_pids).   % {Name, Pid} and {Pid, Name}
-define(MON, oracle_proc_mons).   % {Name, Ref, Target} and {Ref, Name}
-define(LOG, oracle_proc_log).    % {Stamp, Name, Message}

run(#{<<"processes">> := Count, <<"steps">> := Steps}) ->
    [ets:new(T, [ordered_set, public, named_table]) || T <- [?PID, ?MON, ?LOG]],
    _ = [spawned(spawn(fun loop/0)) || _ <- lists:seq(1, Count)],
    watch_new(),
    Out = [step(S) || S <- Steps],
    Final = maps:from_list([{Name, state(Pid)} || {Name, Pid} <- alive()]),
    [exit(Pid, kill) || {_, Pid} <- alive()],
    flush(),
    [ets:delete(T) || T <- [?PID, ?MON, ?LOG]],
    #{steps => Out, final => Final}.

%% ---------------------------------------------------------------- driving

step(#{<<"from">> := From, <<"do">> := Ops}) ->
    ets:delete_all_objects(?LOG),
    Result = case live(From) of
                 none -> not_alive;
                 Pid -> perform(Pid, Ops)
             end,
    watch_new(),
    quiet(),
    Exits = lists:sort(exits()),
    Dead = [Name || [Name, _] <- Exits],
    #{result => Result, exits => Exits, messages => messages(Dead)}.

%% Results come one by one: whoever ends halfway has given those before.
perform(Pid, Ops) ->
    Mon = monitor(process, Pid),
    Pid ! {do, self(), Ops},
    Results = results(Mon),
    demonitor(Mon, [flush]),
    Results.

results(Mon) ->
    receive
        {result, R} -> [R | results(Mon)];
        done -> [];
        {'DOWN', Mon, _, _, _} -> [died]
    end.

%% The driver's own monitors tell of all ends.
watch_new() ->
    [begin
         Mon = monitor(process, Pid),
         put({watched, Mon}, Name),
         put({watching, Name}, Mon)
     end || {Name, Pid} <- ets:tab2list(?PID), is_binary(Name), get({watching, Name}) =:= undefined],
    ok.

exits() ->
    receive
        {'DOWN', Mon, process, _, Reason} -> [[get({watched, Mon}), reason(Reason)] | exits()]
    after 0 -> []
    end.

flush() ->
    receive _ -> flush() after 10 -> erase() end.

%% By receiver; those of one sender in the order in which they came, as only
%% that is promised. What a process got in the step in which it ended is left
%% out: it may or may not have come to handle it.
messages(Dead) ->
    Logged = [{Name, Msg} || {_, Name, Msg} <- ets:tab2list(?LOG), not lists:member(Name, Dead)],
    Names = lists:usort([Name || {Name, _} <- Logged]),
    maps:from_list([{Name, lists:sort(fun([_, A | _], [_, B | _]) -> A =< B end,
                                      [Msg || {N, Msg} <- Logged, N =:= Name])} || Name <- Names]).

state(Pid) ->
    [{trap_exit, Traps}, {links, Links}, {monitors, Monitors}] =
        process_info(Pid, [trap_exit, links, monitors]),
    #{traps => Traps,
      links => lists:sort([name(P) || P <- Links]),
      monitors => lists:sort([name(P) || {process, P} <- Monitors])}.

quiet() -> quiet(?QUIET_ROUNDS, erlang:monotonic_time(millisecond)).

quiet(0, _) -> ok;
quiet(Rounds, T0) ->
    timer:sleep(1),
    case erlang:monotonic_time(millisecond) - T0 > ?QUIET_LIMIT_MS of
        true -> error(never_quiet);
        false -> ok
    end,
    case lists:all(fun({_, Pid}) -> idle(Pid) end, alive()) of
        true -> quiet(Rounds - 1, T0);
        false -> quiet(?QUIET_ROUNDS, T0)
    end.

idle(Pid) ->
    case process_info(Pid, [status, message_queue_len, current_function]) of
        undefined -> true;
        [{status, waiting}, {message_queue_len, 0}, {current_function, {?MODULE, loop, 0}}] -> true;
        _ -> false
    end.

%% ------------------------------------------------------- inside a process

loop() ->
    receive
        {do, Driver, Ops} ->
            [Driver ! {result, op(O)} || O <- Ops],
            Driver ! done;
        Message ->
            ets:insert(?LOG, {erlang:unique_integer([monotonic]), name(self()), shown(Message)})
    end,
    loop().

shown({'EXIT', From, Reason}) -> [exit, name(From), reason(Reason)];
shown({'DOWN', Ref, process, Pid, Reason}) -> [down, name(Pid), monitor_name(Ref), reason(Reason)];
shown({message, From, Text}) -> [message, name(From), Text].

op(#{<<"op">> := <<"spawn">>, <<"how">> := How}) ->
    case How of
        <<"spawn">> -> #{pid => spawned(spawn(fun loop/0))};
        <<"spawn_link">> -> #{pid => spawned(spawn_link(fun loop/0))};
        <<"spawn_monitor">> ->
            {Pid, Ref} = spawn_monitor(fun loop/0),
            Name = spawned(Pid),
            #{pid => Name, monitor => monitored(Ref)}
    end;
op(#{<<"op">> := <<"link">>, <<"to">> := To}) ->
    try link(pid(To)), ok
    catch error:noproc -> #{error => noproc}
    end;
op(#{<<"op">> := <<"unlink">>, <<"to">> := To}) -> unlink(pid(To)), ok;
op(#{<<"op">> := <<"monitor">>, <<"to">> := To}) -> #{monitor => monitored(monitor(process, pid(To)))};
op(#{<<"op">> := <<"demonitor">>, <<"monitor">> := Name}) ->
    [{_, Ref}] = ets:lookup(?MON, Name),
    demonitor(Ref, [info]);
op(#{<<"op">> := <<"trap">>, <<"on">> := On}) -> process_flag(trap_exit, On);
op(#{<<"op">> := <<"alive">>, <<"to">> := To}) -> is_process_alive(pid(To));
op(#{<<"op">> := <<"send">>, <<"to">> := To, <<"text">> := Text}) -> pid(To) ! {message, self(), Text}, ok;
op(#{<<"op">> := <<"signal">>, <<"to">> := To, <<"reason">> := R}) -> exit(pid(To), oracle:term(R)), ok;
op(#{<<"op">> := <<"exit">>, <<"reason">> := #{<<"error">> := E}}) -> error(binary_to_atom(E, utf8));
op(#{<<"op">> := <<"exit">>, <<"reason">> := R}) -> exit(oracle:term(R)).

%% ------------------------------------------------------------------ names

spawned(Pid) ->
    Count = length([x || {Name, _} <- ets:tab2list(?PID), is_binary(Name)]),
    Name = <<"p", (integer_to_binary(Count + 1))/binary>>,
    ets:insert(?PID, [{Name, Pid}, {Pid, Name}]),
    Name.

monitored(Ref) ->
    Count = ets:info(?MON, size) div 2,
    Name = <<"m", (integer_to_binary(Count + 1))/binary>>,
    ets:insert(?MON, [{Name, Ref}, {Ref, Name}]),
    Name.

pid(Name) -> ets:lookup_element(?PID, Name, 2).
name(Pid) -> ets:lookup_element(?PID, Pid, 2).
monitor_name(Ref) -> ets:lookup_element(?MON, Ref, 2).

live(Name) ->
    Pid = pid(Name),
    case is_process_alive(Pid) of
        true -> Pid;
        false -> none
    end.

alive() -> [{Name, Pid} || {Name, Pid} <- ets:tab2list(?PID), is_binary(Name), is_process_alive(Pid)].

reason(R) -> oracle:reason(R).
