defmodule Measure do
  @moduledoc "Times batches as measure.mjs does: a warm-up, garbage collection, then whole batches for at least the plan's time."

  @doc "Times `work`; gives `{operations, microseconds}`."
  def timed(operations, work) do
    {time, _} = :timer.tc(work)
    {operations, time}
  end

  def per_second(plan, batch) do
    {operations, time} = repeat(plan, batch)
    operations / time * 1.0e6
  end

  def nanoseconds(plan, batch) do
    {operations, time} = repeat(plan, batch)
    time / operations * 1.0e3
  end

  @doc "Bytes of process memory for each of `count` processes, after garbage collection, and of what their user holds."
  def bytes_each(count, make) do
    make.(div(count, 100))
    before = memory()
    held = make.(count)
    bytes = memory() - before
    if length(held) != count, do: raise("lost a process")
    bytes / count
  end

  defp memory do
    Enum.each(Process.list(), &:erlang.garbage_collect/1)
    :erlang.memory(:total)
  end

  defp repeat(%{warm_up: warm_up, run: run}, batch) do
    repeat_for(warm_up * 1000, batch, {0, 0})
    :erlang.garbage_collect()
    repeat_for(run * 1000, batch, {0, 0})
  end

  defp repeat_for(limit, batch, {operations, time}) do
    {more, longer} = batch.()
    sum = {operations + more, time + longer}
    if elem(sum, 1) < limit, do: repeat_for(limit, batch, sum), else: sum
  end
end
