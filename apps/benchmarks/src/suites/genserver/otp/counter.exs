defmodule Counter do
  @moduledoc "What every subject runs: adds a number, and answers with the total when asked."
  use GenServer

  def start(args \\ []), do: GenServer.start(__MODULE__, args)
  def start_link(args), do: GenServer.start_link(__MODULE__, args, Keyword.take(args, [:name]))

  @impl true
  def init(args) do
    if watcher = args[:tell], do: send(watcher, {:started, self()})
    {:ok, 0}
  end

  @impl true
  def handle_call({:add, by}, _from, total), do: {:reply, total + by, total + by}

  @impl true
  def handle_cast({:add, by}, total), do: {:noreply, total + by}
  def handle_cast(:crash, _total), do: raise("boom")
end
