using Swarm.Simulation.Time;

namespace Swarm.Simulation.Hosts;

/// <summary>The links between hosts, each direction by itself.</summary>
internal sealed class Network(Stage stage)
{
    private readonly Link[,] _links = Links(stage.Hosts.Count);

    private Chance Draws => stage.Draws;

    public bool IsOpen(Host from, Host to) => _links[from.Index, to.Index].Cuts == 0;

    public bool IsOpenBothWays(Host one, Host other) => IsOpen(one, other) && IsOpen(other, one);

    public void Cut(Host from, Host to) => _links[from.Index, to.Index].Cuts++;

    /// <summary>What the link held back comes through now, late.</summary>
    public void Heal(Host from, Host to)
    {
        var link = _links[from.Index, to.Index];
        if (--link.Cuts > 0) return;

        foreach (var arrive in link.Held)
        {
            stage.Tally.Count("seen: message came through after a cut");
            stage.Timeline.After(Draws.Milliseconds(1, 500), () => Arrive(to, arrive));
        }

        link.Held.Clear();
    }

    public void Send(Host from, Host to, Action<HostProcess> arrive)
    {
        if (from == to)
        {
            stage.Timeline.After(Draws.Milliseconds(0.01, 0.05), () => Arrive(to, arrive));
            return;
        }

        if (Draws.Once(stage.Weather.Loss))
        {
            stage.Tally.Count("fault: message lost");
            return;
        }

        Pass(from, to, arrive);
        if (!Draws.Once(stage.Weather.Duplication)) return;
        stage.Tally.Count("fault: message duplicated");
        Pass(from, to, arrive);
    }

    private void Pass(Host from, Host to, Action<HostProcess> arrive)
    {
        var link = _links[from.Index, to.Index];
        var now = stage.Timeline.Elapsed;
        var at = now + Draws.Milliseconds(0.2, 2);
        if (Draws.Once(stage.Weather.Reordering))
        {
            stage.Tally.Count("fault: message overtaken");
            at = now + Draws.Seconds(0.01, 4);
        }
        else
        {
            if (Draws.Once(stage.Weather.Delay))
            {
                stage.Tally.Count("fault: message delayed");
                at += Draws.Seconds(0.05, 2.5);
            }

            at = at > link.LastArrival ? at : link.LastArrival;
            link.LastArrival = at;
        }

        stage.Timeline.After(at - now, () =>
        {
            if (link.Cuts == 0) Arrive(to, arrive);
            else if (Draws.Once(0.2)) link.Held.Add(arrive);
            else stage.Tally.Count("seen: message lost in a cut");
        });
    }

    private static void Arrive(Host to, Action<HostProcess> arrive)
    {
        if (to.Process is { } process) process.Life.Run(() => arrive(process));
    }

    private static Link[,] Links(int hosts)
    {
        var links = new Link[hosts, hosts];
        for (var from = 0; from < hosts; from++)
        {
            for (var to = 0; to < hosts; to++) links[from, to] = new Link();
        }

        return links;
    }

    private sealed class Link
    {
        public int Cuts { get; set; }

        public TimeSpan LastArrival { get; set; }

        public List<Action<HostProcess>> Held { get; } = [];
    }
}
