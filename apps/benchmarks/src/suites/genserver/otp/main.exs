# One measurement of Elixir/OTP: `elixir main.exs CASE WARM_UP_MS RUN_MS DIVISOR`. Prints one line of JSON, as run-subject.mjs does.
# The same work as in rookery.mjs, each operation written the way OTP's own users write it.
Code.require_file("counter.exs", __DIR__)
Code.require_file("measure.exs", __DIR__)

defmodule Cases do
  import Measure

  @batch 1_000
  @burst 100

  def measure("call-sequential", plan) do
    {:ok, counter} = Counter.start()
    count = scaled(plan, @batch)
    per_second(plan, fn -> timed(count, fn -> ask(counter, count) end) end)
  end

  def measure("cast", plan) do
    {:ok, counter} = Counter.start()
    per_second(plan, fn -> timed(@burst, fn -> send_and_drain(counter, @burst) end) end)
  end

  def measure("call-1000-in-flight", plan) do
    {:ok, counter} = Counter.start()
    count = scaled(plan, @batch)
    per_second(plan, fn -> timed(count, fn -> ask_at_once(counter, count) end) end)
  end

  def measure("spawn", plan) do
    count = scaled(plan, @batch)

    per_second(plan, fn ->
      {time, spawned} = :timer.tc(fn -> spawn_many(count) end)
      stop_all(spawned)
      {count, time}
    end)
  end

  def measure("stop", plan) do
    count = scaled(plan, @batch)

    per_second(plan, fn ->
      spawned = spawn_many(count)
      timed(count, fn -> stop_all(spawned) end)
    end)
  end

  def measure("idle-bytes", plan), do: bytes_each(scaled(plan, 100_000), &spawn_many/1)
  def measure("idle-1m-bytes", plan), do: bytes_each(scaled(plan, 1_000_000), &spawn_many/1)
  def measure("backlog-1k", plan), do: backlog(plan, 1_000)
  def measure("backlog-1m", plan), do: backlog(plan, 1_000_000)

  def measure("restart", plan) do
    child = Supervisor.child_spec({Counter, [name: Counter, tell: self()]}, [])
    {:ok, _} = Supervisor.start_link([child], strategy: :one_for_one, max_restarts: 1_000_000_000, max_seconds: 1)
    started()
    count = scaled(plan, @batch)
    per_second(plan, fn -> timed(count, fn -> restart(count) end) end)
  end

  def measure("registry-lookup", plan) do
    {:ok, _} = Registry.start_link(keys: :unique, name: Rooms)
    for key <- 1..@batch, do: {:ok, _} = Registry.register(Rooms, key, key)
    per_second(plan, fn -> timed(@batch, fn -> look_up(@batch) end) end)
  end

  def measure("task", plan) do
    count = scaled(plan, @batch)
    per_second(plan, fn -> timed(count, fn -> run_tasks(count) end) end)
  end

  def measure("children-100k", plan) do
    count = scaled(plan, 100_000)
    per_second(plan, fn -> timed(count, fn -> start_and_stop_children(count) end) end)
  end

  def measure("loop-delay-p99-ms", plan) do
    {:ok, counter} = Counter.start()
    count = scaled(plan, 1_000_000)
    :sys.suspend(counter)
    cast_many(counter, count)
    :sys.resume(counter)
    done = Task.async(fn -> GenServer.call(counter, {:add, 0}, :infinity) end)
    delays = Enum.sort(sample(done, []))
    Enum.at(delays, floor((length(delays) - 1) * 0.99))
  end

  defp ask(_counter, 0), do: :ok

  defp ask(counter, count) do
    GenServer.call(counter, {:add, 1})
    ask(counter, count - 1)
  end

  defp ask_at_once(counter, count) do
    requests = for _ <- 1..count, do: :gen_server.send_request(counter, {:add, 1})
    for request <- requests, do: {:reply, _} = :gen_server.wait_response(request, 5000)
  end

  defp send_and_drain(counter, count) do
    before = GenServer.call(counter, {:add, 0}, :infinity)
    cast_many(counter, count)
    check(GenServer.call(counter, {:add, 0}, :infinity), before + count)
  end

  defp cast_many(_counter, 0), do: :ok

  defp cast_many(counter, count) do
    GenServer.cast(counter, {:add, 1})
    cast_many(counter, count - 1)
  end

  # All are queued before the first is handled, as in rookery, which delivers in a later turn.
  defp backlog(plan, size) do
    {:ok, counter} = Counter.start()
    count = scaled(plan, size)

    nanoseconds(plan, fn ->
      timed(count, fn ->
        :sys.suspend(counter)
        cast_many(counter, count)
        :sys.resume(counter)
        GenServer.call(counter, {:add, 0}, :infinity)
      end)
    end)
  end

  defp spawn_many(count) do
    for _ <- 1..count do
      {:ok, pid} = Counter.start()
      pid
    end
  end

  defp stop_all(pids), do: Enum.each(pids, &GenServer.stop/1)

  defp restart(0), do: :ok

  defp restart(count) do
    GenServer.cast(Counter, :crash)
    check(GenServer.call(started(), {:add, 1}), 1)
    restart(count - 1)
  end

  defp started do
    receive do
      {:started, pid} -> pid
    after
      5_000 -> raise("not restarted")
    end
  end

  defp look_up(0), do: :ok

  defp look_up(key) do
    [{_pid, ^key}] = Registry.lookup(Rooms, key)
    look_up(key - 1)
  end

  defp run_tasks(0), do: :ok

  defp run_tasks(count) do
    ^count = Task.await(Task.async(fn -> count end))
    run_tasks(count - 1)
  end

  defp start_and_stop_children(count) do
    {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
    for _ <- 1..count, do: {:ok, _} = DynamicSupervisor.start_child(supervisor, {Counter, []})
    check(DynamicSupervisor.count_children(supervisor).active, count)
    Supervisor.stop(supervisor)
  end

  # How late a sleep of 1 ms is, again and again, until the server has handled all.
  defp sample(done, delays) do
    from = System.monotonic_time(:microsecond)
    answer = Task.yield(done, 1)
    delay = max(0.0, (System.monotonic_time(:microsecond) - from) / 1000 - 1)
    if answer == nil, do: sample(done, [delay | delays]), else: [delay | delays]
  end

  defp check(same, same), do: :ok
  defp check(counted, sent), do: raise("Expected #{sent} messages to be handled, got #{counted}.")

  defp scaled(%{divisor: divisor}, size), do: max(1, round(size / divisor))
end

# A crash is reported to nobody, as rookery reports to nobody unless asked.
:logger.set_primary_config(:level, :none)
[name, warm_up, run, divisor] = System.argv()
plan = %{warm_up: String.to_integer(warm_up), run: String.to_integer(run), divisor: String.to_integer(divisor)}
value = Cases.measure(name, plan)
IO.puts("{\"value\":#{:erlang.float_to_binary(value / 1, decimals: 3)}}")
