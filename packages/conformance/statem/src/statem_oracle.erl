%% Makes random gen_statem scenarios, runs them on the real gen_statem and writes one JSON object a line:
%%   {"scenario": ..., "trace": [...], "replies": {...}}
%% See ../README.md for what they mean.
-module(statem_oracle).
-behaviour(gen_statem).
-export([main/1]).
-export([init/1, callback_mode/0, handle_event/4, terminate/3]).

%% Two things that happen closer than this on the machine's own time line have no order that another run must repeat.
-define(TIE_MS, 9).
-define(STATES, [a, b, c]).
-define(TIMEOUTS, [state, event, x, y]).

main([From, To]) ->
    logger:set_primary_config(level, none),
    Seeds = lists:seq(list_to_integer(From), list_to_integer(To)),
    lists:foreach(fun record_all/1, groups(Seeds)),
    halt(0).

%% Most of the time is spent asleep, so several run at once.
groups(Seeds) when length(Seeds) =< 25 -> [Seeds];
groups(Seeds) ->
    {Group, Rest} = lists:split(25, Seeds),
    [Group | groups(Rest)].

record_all(Seeds) ->
    Self = self(),
    [spawn(fun() -> Self ! {Seed, record(Seed)} end) || Seed <- Seeds],
    [receive {Seed, Result} -> print(Seed, Result) end || Seed <- Seeds].

print(Seed, undefined) -> io:format(standard_error, "seed ~p left out~n", [Seed]);
print(_, Line) -> io:format("~s~n", [json(Line)]).

%% Recorded only if three runs say the same and nothing happened at the same time as something else.
record(Seed) ->
    Scenario = generate(Seed),
    {Trace, Replies, Ties} = run(Scenario),
    Again = [run(Scenario) || _ <- [1, 2]],
    case Ties =:= [] andalso lists:all(fun({T, R, _}) -> T =:= Trace andalso R =:= Replies end, Again) of
        true ->
            #{plan := Plan} = Scenario,
            Used = Scenario#{plan := lists:sublist(Plan, length(Trace))},
            #{scenario => Used, trace => Trace, replies => Replies};
        false -> undefined
    end.

%% ---- scenarios

generate(Seed) ->
    rand:seed(exsss, {Seed, Seed, Seed}),
    Enter = rand:uniform(3) > 1,
    Init = #{state => one_of(?STATES), insert => names(i, [6, 3, 1]), timeouts => timeouts()},
    Plan = [entry() || _ <- lists:seq(1, 20 + rand:uniform(20))],
    {Steps, _} = lists:mapfoldl(fun step/2, 0, lists:seq(1, 4 + rand:uniform(6))),
    #{seed => Seed, enter => Enter, init => Init, plan => Plan, steps => Steps}.

entry() ->
    #{to => weighted([{5, null}, {2, a}, {2, b}, {2, c}]),
      repeat => chance(8),
      reply => chance(70),
      postpone => chance(30),
      insert => names(i, [10, 3, 1]),
      timeouts => timeouts(),
      stop => weighted([{500, null}, {1, normal}, {1, shutdown}, {2, boom}])}.

timeouts() -> [timeout(one_of(?TIMEOUTS)) || _ <- lists:seq(1, weighted([{6, 0}, {3, 1}, {2, 2}, {1, 3}]))].

timeout(Name) ->
    [Name, weighted([{4, 0}, {1, cancel}, {2, update}, {6, one_of(delays(Name))}]), name(t)].

%% Such that few of their sums, and of those of the sleeps, are close to each other.
delays(state) -> [17, 161];
delays(event) -> [41, 103];
delays(x) -> [73, 233];
delays(y) -> [131, 307].

step(_, N) ->
    case chance(45) of
        true -> {#{sleep => one_of([55, 89, 147, 189])}, N};
        false ->
            Count = rand:uniform(4),
            Sends = [[one_of([cast, call, call, info]), label(m, N + I)] || I <- lists:seq(1, Count)],
            {#{send => Sends}, N + Count}
    end.

names(Prefix, Weights) ->
    Count = weighted(lists:zip(Weights, lists:seq(0, length(Weights) - 1))),
    [name(Prefix) || _ <- lists:seq(1, Count)].

name(Prefix) -> label(Prefix, rand:uniform(999)).
label(Prefix, N) -> list_to_atom(atom_to_list(Prefix) ++ integer_to_list(N)).
chance(Percent) -> rand:uniform(100) =< Percent.
one_of(List) -> lists:nth(rand:uniform(length(List)), List).
weighted(Choices) -> weighted(Choices, rand:uniform(lists:sum([W || {W, _} <- Choices]))).
weighted([{W, Value} | _], N) when N =< W -> Value;
weighted([{W, _} | Rest], N) -> weighted(Rest, N - W).

%% ---- one run

run(#{steps := Steps} = Scenario) ->
    process_flag(trap_exit, true),
    Log = ets:new(log, [public, ordered_set]),
    {ok, Machine} = gen_statem:start(?MODULE, {Scenario, Log}, []),
    settle(Machine),
    {Now, Calls} = lists:foldl(fun(Step, Acc) -> perform(Machine, Log, Step, Acc) end, {0, []}, Steps),
    catch gen_statem:stop(Machine),
    Replies = maps:from_list([{Name, answer(Request)} || {Name, Request} <- Calls]),
    Trace = [Line || {_, {line, Line}} <- ets:tab2list(Log)],
    Times = lists:usort([{T, What} || {_, {time, T, What}} <- ets:tab2list(Log)]),
    Ties = [T1 || {{T1, A}, {T2, B}} <- pairs(Times), A =/= B, T2 - T1 < ?TIE_MS, T1 < Now + ?TIE_MS],
    ets:delete(Log),
    {Trace, Replies, Ties}.

pairs([A | [B | _] = Rest]) -> [{A, B} | pairs(Rest)];
pairs(_) -> [].

perform(Machine, Log, #{sleep := Ms}, {Now, Calls}) ->
    timer:sleep(Ms),
    settle(Machine),
    note(Log, {time, Now + Ms, step}),
    {Now + Ms, Calls};
%% All of a burst is in the mailbox before the machine sees any of it.
perform(Machine, _Log, #{send := Sends}, {Now, Calls}) ->
    catch erlang:suspend_process(Machine),
    New = lists:append([send(Machine, Kind, Name, Now) || [Kind, Name] <- Sends]),
    catch erlang:resume_process(Machine),
    settle(Machine),
    {Now, Calls ++ New}.

send(Machine, call, Name, Now) -> [{Name, gen_statem:send_request(Machine, {Name, Now})}];
send(Machine, cast, Name, Now) -> gen_statem:cast(Machine, {Name, Now}), [];
send(Machine, info, Name, Now) -> Machine ! {Name, Now}, [].

answer(Request) ->
    case gen_statem:wait_response(Request, 0) of
        {reply, Reply} -> Reply;
        {error, _} -> exit;
        timeout -> exit
    end.

settle(Machine) -> settle(Machine, 3).
settle(_, 0) -> ok;
settle(Machine, Times) ->
    erlang:yield(),
    case process_info(Machine, [status, message_queue_len]) of
        undefined -> ok;
        [{status, waiting}, {message_queue_len, 0}] -> settle(Machine, Times - 1);
        _ -> settle(Machine, 3)
    end.

%% ---- the machine: the n-th callback does what the n-th entry of the plan says

callback_mode() ->
    case get(enter) of
        true -> [handle_event_function, state_enter];
        _ -> handle_event_function
    end.

init({#{enter := Enter, init := Init, plan := Plan}, Log}) ->
    put(enter, Enter),
    #{state := State, insert := Insert} = Init,
    Data = #{plan => Plan, log => Log, n => 0, now => 0, due => #{}},
    {Timeouts, NewData} = timeouts(Init, Data),
    {ok, State, NewData, [{next_event, internal, {I, 0}} || I <- Insert] ++ Timeouts}.

handle_event(enter, Old, State, Data) ->
    note(Data, {line, line([State, enter, Old])}),
    {Entry, _, Data1} = next(Data),
    {Timeouts, Data2} = timeouts(Entry, Data1),
    case Entry of
        #{stop := Reason} when Reason =/= null -> {stop, Reason, Data2};
        #{repeat := true} -> {repeat_state, Data2, Timeouts};
        _ -> {keep_state, Data2, Timeouts}
    end;
%% OTP 25 loses track of a zero timeout that is set anew with a time: its end comes as this message. Not recorded.
handle_event(info, {timeout, Ref, _}, _, #{log := Log}) when is_reference(Ref) ->
    note(Log, {time, 1, lost_timer}),
    note(Log, {time, 1, timer_lost}),
    keep_state_and_data;
handle_event(Type, {Name, Now}, State, Data0) ->
    note(Data0, {line, line([State, type(Type), Name])}),
    {Entry, N, Data1} = next(Data0#{now := Now}),
    {Timeouts, Data} = timeouts(Entry, Data1),
    #{stop := Stop, to := To, repeat := Repeat, postpone := Postpone, reply := Reply, insert := Insert} = Entry,
    Replies = [{reply, From, N} || {call, From} <- [Type], Reply, not Postpone],
    Actions = Replies ++ [postpone || Postpone] ++ [{next_event, internal, {I, Now}} || I <- Insert] ++ Timeouts,
    if
        Stop =/= null, Replies =/= [] -> {stop_and_reply, Stop, Replies, Data};
        Stop =/= null -> {stop, Stop, Data};
        To =/= null -> {next_state, To, Data, Actions};
        Repeat -> {repeat_state, Data, Actions};
        true -> {keep_state, Data, Actions}
    end.

terminate(Reason, State, Data) ->
    note(Data, {line, line([State, terminate, Reason])}).

next(#{plan := [Entry | Plan], n := N} = Data) -> {Entry, N, Data#{plan := Plan, n := N + 1}};
next(#{plan := [], n := N} = Data) ->
    Quiet = #{to => null, repeat => false, reply => true, postpone => false, insert => [], timeouts => [], stop => null},
    {Quiet, N, Data#{n := N + 1}}.

type({call, _}) -> call;
type({timeout, Name}) -> Name;
type(state_timeout) -> state;
type(timeout) -> event;
type(Type) -> Type.

timeouts(#{timeouts := Timeouts}, Data) ->
    lists:mapfoldl(fun([Name, Time, Content], Acc) -> timeout(Name, Time, Content, Acc) end, Data, Timeouts).

timeout(Name, cancel, _, Data) -> {{action(Name), cancel}, Data};
timeout(Name, update, Content, #{due := Due, now := Now} = Data) ->
    {{action(Name), update, {Content, maps:get(Name, Due, Now)}}, Data};
timeout(Name, Time, Content, #{now := Now, due := Due} = Data) ->
    [note(Data, {time, Now + Time, Name}) || Time > 0],
    {{action(Name), Time, {Content, Now + Time}}, Data#{due := Due#{Name => Now + Time}}}.

action(state) -> state_timeout;
action(event) -> timeout;
action(Name) -> {timeout, Name}.

note(#{log := Log}, Line) -> note(Log, Line);
note(Log, Line) -> ets:insert(Log, {erlang:unique_integer([monotonic]), Line}).

line(Words) -> list_to_binary(lists:join($\s, [atom_to_list(Word) || Word <- Words])).

%% ---- JSON, as much as is needed

json(Map) when is_map(Map) ->
    Pairs = [[json(Key), $:, json(Value)] || {Key, Value} <- lists:sort(maps:to_list(Map))],
    [${, lists:join($,, Pairs), $}];
json(true) -> "true";
json(false) -> "false";
json(null) -> "null";
json(Atom) when is_atom(Atom) -> [$", atom_to_list(Atom), $"];
json(Number) when is_integer(Number) -> integer_to_list(Number);
json(Text) when is_binary(Text) -> [$", Text, $"];
json(List) when is_list(List) -> [$[, lists:join($,, [json(E) || E <- List]), $]].
