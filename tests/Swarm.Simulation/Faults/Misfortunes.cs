using Swarm.Simulation.Hosts;
using Swarm.Simulation.Time;

namespace Swarm.Simulation.Faults;

/// <summary>Draws what goes wrong and when, lets it go wrong, and heals all of it at the end.</summary>
/// <remarks>Each run has only some of the kinds, so that rare ones are not drowned by frequent ones.</remarks>
internal sealed class Misfortunes
{
    private static readonly string[] Places =
        ["service-web", "service-api", "service-cache", "service-batch", "placer-default"];

    private readonly Stage _stage;
    private readonly Chance _draws;
    private readonly List<Action> _undo = [];
    private readonly List<(string Name, Action<TimeSpan> Begin)> _kinds;
    private bool _isHealed;

    public Misfortunes(Stage stage, Chance draws)
    {
        (_stage, _draws) = (stage, draws);
        (string, Action<TimeSpan>)[] all =
        [
            ("swarmd killed", time => Kill(AnyHost(), time, power: false)),
            ("power lost", time => Kill(AnyHost(), time, power: true)),
            ("home of an entity killed", time => Kill(Home(), time, power: _draws.Once(0.5))),
            ("all killed", KillAll),
            ("swarmd paused", time => Pause(AnyHost(), time)),
            ("home of an entity paused", time => Pause(Home(), time)),
            ("partition", Partition),
            ("host cut off", time => Separate([AnyHost()], time)),
            ("home of an entity cut off", time => Separate([Home()], time)),
            ("one-way cut", CutOneWay),
            ("journal down", JournalDown),
            ("journal out of reach of a host", CutOffJournal),
            ("hand-over", _ => _stage.Cluster.HandOver(_draws.Pick(Places))),
            ("clock stepped", _ => SetClock(_draws.Once(0.7) ? 3 : 3600)),
        ];
        _kinds = _draws.Some(all, _draws.Between(1, all.Length));
    }

    public void Begin(TimeSpan until)
    {
        SetWeather();
        Next(until);
    }

    public void Heal()
    {
        _isHealed = true;
        _stage.Weather.Clear();
        foreach (var undo in _undo.ToList()) undo();
        foreach (var host in _stage.Hosts)
        {
            host.Skew = TimeSpan.Zero;
            host.Boot();
        }
    }

    private void SetWeather()
    {
        var weather = _stage.Weather;
        weather.Loss = Some(0.01, 0.25);
        weather.Duplication = Some(0.01, 0.2);
        weather.Reordering = Some(0.01, 0.2);
        weather.Delay = Some(0.005, 0.1);
        weather.JournalFailure = Some(0.005, 0.1);
        weather.JournalAnswerLoss = Some(0.005, 0.08);
        weather.JournalDelay = Some(0.01, 0.2);
        weather.DiskFailure = Some(0.01, 0.2);
        weather.PrepareFailure = Some(0.02, 0.4);
        weather.StartFailure = Some(0.02, 0.3);
        weather.ContainerCrash = Some(0.02, 0.4);
    }

    private double Some(double least, double most) =>
        _draws.Once(0.4) ? least + ((most - least) * _draws.Next(1000) / 1000) : 0;

    private void Next(TimeSpan until) => _stage.Timeline.After(_draws.Seconds(0.2, 7), () =>
    {
        if (_isHealed || _stage.Timeline.Elapsed >= until) return;
        var (name, begin) = _draws.Pick(_kinds);
        _stage.Tally.Count("fault: " + name);
        _stage.Trace.Say($"fault: {name}");
        begin(_draws.Once(0.5) ? _draws.Seconds(0.3, 5) : _draws.Seconds(2, 25));
        Next(until);
    });

    private Host AnyHost() => _draws.Pick(_stage.Hosts);

    private Host Home() => _stage.Cluster.HomeOf(_draws.Pick(Places))?.Host ?? AnyHost();

    private void Kill(Host host, TimeSpan time, bool power)
    {
        host.Kill();
        if (power) host.Engine.LosePower();
        For(time, host.Boot);
    }

    private void KillAll(TimeSpan time)
    {
        foreach (var host in _stage.Hosts) Kill(host, _draws.Seconds(0.1, 3), power: false);
    }

    private void Pause(Host host, TimeSpan time)
    {
        if (host.Process is not { Life.IsPaused: false } process) return;
        process.Life.Pause();
        For(time, process.Life.Resume);
    }

    private void Partition(TimeSpan time) =>
        Separate(_draws.Some(_stage.Hosts, _draws.Between(1, Math.Max(1, _stage.Hosts.Count - 1))), time);

    private void Separate(List<Host> one, TimeSpan time)
    {
        foreach (var host in one)
        {
            foreach (var other in _stage.Hosts.Except(one))
            {
                Cut(host, other, time);
                Cut(other, host, time);
            }
        }
    }

    private void CutOneWay(TimeSpan time)
    {
        var pair = _draws.Some(_stage.Hosts, 2);
        Cut(pair[0], pair[1], time);
    }

    private void Cut(Host from, Host to, TimeSpan time)
    {
        _stage.Network.Cut(from, to);
        For(time, () => _stage.Network.Heal(from, to));
    }

    private void SetClock(double most) => AnyHost().Skew = _draws.Seconds(-most, most);

    private void JournalDown(TimeSpan time)
    {
        _stage.Journal.IsDown = true;
        For(time, () => _stage.Journal.IsDown = false);
    }

    private void CutOffJournal(TimeSpan time)
    {
        var host = AnyHost();
        _stage.Journal.SetCutOff(host, true);
        For(time, () => _stage.Journal.SetCutOff(host, false));
    }

    /// <summary>Undone when its time is over, or when all is healed.</summary>
    private void For(TimeSpan time, Action undo)
    {
        void Once()
        {
            if (_undo.Remove(Once)) undo();
        }

        _undo.Add(Once);
        _stage.Timeline.After(time, Once);
    }
}
