using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using Microsoft.Extensions.Logging;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Hosting;

/// <summary>Brings this node into its cluster, and answers other nodes that look for theirs.</summary>
/// <remarks><see cref="Formation"/> decides, and <see cref="Merging"/> once it is in one. It stands on every node for
/// as long as that lives.</remarks>
internal sealed partial class FormationActor : UntypedActor, IWithTimers
{
    public const string Name = "formation";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a join may take before another member is asked.</summary>
    private static readonly TimeSpan AskAnotherAfter = TimeSpan.FromSeconds(6);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly TimeProvider _time;
    private readonly ILogger<FormationActor> _logger;
    private readonly long _started;
    private Formation _state;

    public FormationActor(ImmutableArray<string> seeds, TimeProvider time, ILogger<FormationActor> logger)
    {
        _time = time;
        _logger = logger;
        _started = time.GetTimestamp();
        var self = _cluster.SelfAddress.ToString();
        _state = Formation.Begin(self, seeds.IsEmpty ? [self] : seeds);
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    private TimeSpan Now => _time.GetElapsedTime(_started);

    private bool IsUp => _cluster.SelfMember.Status == MemberStatus.Up && !_cluster.IsTerminated;

    private bool IsOutside =>
        _cluster.SelfMember.Status is MemberStatus.Joining or MemberStatus.Removed && !_cluster.IsTerminated;

    public static Props Props(ImmutableArray<string> seeds, TimeProvider time, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new FormationActor(seeds, time, loggers.CreateLogger<FormationActor>()));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));
        Timers.StartPeriodicTimer("look", new Look(), TimeSpan.Zero, LookEvery);
    }

    protected override void PostStop() =>
        Context.System.EventStream.Unsubscribe(Self, typeof(ThisActorSystemQuarantinedEvent));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AskToForm ask: Answer(ask); break;
            case FormationAnswer answer when IsUp: Judge(answer); break;
            case FormationAnswer answer: _state = _state.Take(answer, Now); break;
            case Look: TakeStep(); break;
            case LookForOthers: AskSeedsElsewhere(); break;
            case ThisActorSystemQuarantinedEvent shut: EndIfOutside(shut.RemoteAddress); break;
            case Ended: break;
            case NotEnded failed: LogNotEnded(failed.Cause); break;
            case ExplainFormation: Sender.Tell(_state.Explain(Now)); break;
            default: Unhandled(message); break;
        }
    }

    private void Answer(AskToForm ask)
    {
        var isMember = _cluster.SelfMember.Status == MemberStatus.Up && Majority.IsSeenBy(_cluster);
        (_state, var answer) = _state.Answer(ask, isMember, Now);
        Sender.Tell(isMember ? answer with { Members = InReach() } : answer);
    }

    private ImmutableArray<string> InReach()
    {
        var state = _cluster.State;
        return
        [
            .. state.Members
                .Where(member => member.Status == MemberStatus.Up && !state.Unreachable.Contains(member))
                .Select(member => member.Address.ToString()),
        ];
    }

    private void TakeStep()
    {
        // Once it was up this process is in its cluster, or on its way out: it never joins another.
        if (!IsOutside)
        {
            LookOnlyForOthers();
            return;
        }

        EndSilentLines();
        (_state, var step) = _state.Look(Now);
        switch (step)
        {
            case FormationStep.Form:
                LogForms(_state.Seeds.Count > 1 ? $"with the votes of {_state.Needed} seeds" : "on its own");
                LookOnlyForOthers();
                _cluster.Join(_cluster.SelfAddress);
                break;
            case FormationStep.Join join: Join(join.Address); break;
            case FormationStep.Ask ask: AskOthers(ask.WantsVote); break;
            default: throw new System.Diagnostics.UnreachableException($"no way to take {step}");
        }
    }

    private void EndSilentLines()
    {
        (_state, var silent) = _state.EndLines(Now);
        foreach (var other in silent)
        {
            LogSilent(other);
            Context.ActorSelection($"/user/{DeadLineActor.Name}").Tell(new EndLine(Address.Parse(other)));
        }
    }

    // Taken in, lost and shut out before it heard of any of it: this process is never spoken to again. Of one that is
    // up, ResolverActor decides.
    private void EndIfOutside(Address by)
    {
        if (!IsOutside || !_state.Others.Contains(by.ToString())) return;

        LogShutOut(by);
        CoordinatedShutdown.Get(Context.System).Run(CoordinatedShutdown.ClusterDowningReason.Instance).PipeTo(
            Self, success: _ => new Ended(), failure: cause => new NotEnded(cause.Message));
    }

    // A node that has come back waits until its former self is removed: Akka asks again by itself.
    private void Join(string address)
    {
        if (Timers.IsTimerActive(address)) return;

        LogJoins(address);
        Timers.StartSingleTimer(address, new Look(), AskAnotherAfter);
        _cluster.Join(Address.Parse(address));
    }

    private void AskOthers(bool wantsVote)
    {
        var ask = new AskToForm(_state.Self, wantsVote, Formation.TokenAt(Now));
        foreach (var other in _state.Others) Context.ActorSelection($"{other}/user/{Name}").Tell(ask);
    }

    private void LookOnlyForOthers()
    {
        Timers.Cancel("look");
        Timers.StartPeriodicTimer("others", new LookForOthers(), Merging.AskEvery);
    }

    private void AskSeedsElsewhere()
    {
        if (!IsUp) return;

        var ask = Merging.QuestionOf(_state.Self);
        foreach (var other in _state.Seeds.Except(Members()))
            Context.ActorSelection($"{other}/user/{Name}").Tell(ask);
    }

    private void Judge(FormationAnswer answer)
    {
        if (!answer.IsMember) return;

        switch (Merging.Judge(Members(), InReach(), answer.Members))
        {
            case OtherCluster.None: break;
            case OtherCluster.GivesWay: LogOther(answer.Address, string.Join(", ", answer.Members)); break;
            case OtherCluster.Stays:
                LogEnds(answer.Address, string.Join(", ", answer.Members));
                _cluster.Down(_cluster.SelfAddress);
                break;
            default: throw new System.Diagnostics.UnreachableException("no such judgement");
        }
    }

    private HashSet<string> Members() => [.. _cluster.State.Members.Select(member => member.Address.ToString())];

    [LoggerMessage(LogLevel.Information, "No cluster was found: this node begins one, {How}")]
    private partial void LogForms(string how);

    [LoggerMessage(LogLevel.Information, "Joining the cluster that {Address} is in")]
    private partial void LogJoins(string address);

    [LoggerMessage(LogLevel.Debug, "Nothing was heard of {Address}: the connection to it is made anew")]
    private partial void LogSilent(string address);

    [LoggerMessage(LogLevel.Warning,
        "{Address} has shut this process out before that was in the cluster: it ends, to be started anew")]
    private partial void LogShutOut(Address address);

    [LoggerMessage(LogLevel.Error, "This process, which was shut out, could not end by itself: {Reason}")]
    private partial void LogNotEnded(string reason);

    [LoggerMessage(LogLevel.Warning,
        "{Address} is in another cluster, of {Members}: that is to end, and its nodes are to join this one")]
    private partial void LogOther(string address, string members);

    [LoggerMessage(LogLevel.Warning,
        "{Address} is in another cluster, of {Members}: this node leaves its own, and is to join that one")]
    private partial void LogEnds(string address, string members);

    private sealed record LookForOthers : INoSerializationVerificationNeeded;

    private sealed record Look : INoSerializationVerificationNeeded;

    private sealed record Ended : INoSerializationVerificationNeeded;

    private sealed record NotEnded(string Cause) : INoSerializationVerificationNeeded;
}

/// <summary>Asks what is waited for; the answer is a text.</summary>
internal sealed record ExplainFormation : INoSerializationVerificationNeeded;
