using Akka.Actor;
using Akka.Util;
using Swarm.Cluster.Catalog;
using Swarm.Core.Images;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Services;

/// <content>What the entity asks of others, and when it asks again.</content>
internal sealed partial class ServiceEntity
{
    // Times are those of the host's clock, which may be set; a timer is not. So the clock is looked at again.
    private void WakeAt(DateTimeOffset? at)
    {
        var wait = at - _time.GetUtcNow();
        if (wait > _options.LookAtClockEvery) wait = _options.LookAtClockEvery;
        if (wait is null) Timers.Cancel("wake");
        else Timers.StartSingleTimer("wake", new Wake(), wait.Value > TimeSpan.Zero ? wait.Value : TimeSpan.Zero);
    }

    // A tag means what its entity says; a digest what nodes have by it.
    private void AskMeaning(ImageReference name)
    {
        if (name is { Digest: null, Tag: { } tag })
        {
            _others.Images.Tell(new GetImage(name.Repository, tag));
            return;
        }

        _others.FindByDigest(name, CancellationToken.None).PipeTo(
            Self,
            success: image => new DigestSeen(name, image),
            failure: cause => new DigestUnseen(name, cause.Message));
    }

    private void AskForPlaces(PlaceTasks? placement)
    {
        var isNew = placement is not null && placement.Request != _placement?.Request;
        _placement = placement;
        if (isNew) _others.Placers.Tell(placement);
    }

    // Until the first answer as often as anything is sent again; then so that the placer goes on telling changes.
    private void AskForNodes(GetEligibleNodes? question)
    {
        if (question == _eligible) return;
        _eligible = question;
        if (question is null) Timers.Cancel("eligible");
        else AskForNodes();
    }

    private void AskForNodes()
    {
        if (_eligible is null) return;
        _others.Placers.Tell(_eligible);
        Timers.StartSingleTimer("eligible", new AskEligible(), _options.ResendAfter);
    }

    private void TakeEligible(EligibleNodes nodes)
    {
        if (_eligible?.IsAnsweredBy(nodes) == true)
            Timers.StartSingleTimer("eligible", new AskEligible(), _options.AskEligibleEvery);
        Take(new ServiceInput.Eligible(nodes));
    }

    // Services that came up together do not all tell at the same moment.
    private void KeepPreparing()
    {
        if (_options.PrepareStandbysEvery is not { } every) return;
        var first = every * ((MurmurHash.StringHash(PersistenceId) & 0xff) / 256.0);
        Timers.StartPeriodicTimer("prepare", new PrepareNow(), first, every);
    }

    // A level: nodes come and go, and the placer remembers nothing when it moves.
    private void PrepareStandbys()
    {
        if (ServiceRules.Standbys(_state, _time.GetUtcNow()) is { } told) _others.Placers.Tell(told);
    }

    // What it would ask when its back-off ends, it asks now.
    private void AskEarly()
    {
        if (_placement is null
            && _state.Placement.RetryAt is { } later
            && ServiceRules.Needs(_state, later).Placement is { } early)
        {
            _others.Placers.Tell(early);
        }
    }

    // What is given is written down first; what is not given is not answered.
    private void Renew(RenewLease asked)
    {
        if (!_others.SeesMajority() || !ServiceRules.MayRenewLease(_state, asked.Node)) return;
        if (_orders.SequenceFor(asked.Node) is not { } sequence) return;
        var length = ServiceRules.LeaseFor(_state);
        _leases.Give(asked.Node, length);
        Sender.Tell(new LeaseRenewed(_state.Name, asked.Node, asked.Round, sequence) { Length = length });
    }

    private void Send(ApplyServiceTasks order)
    {
        foreach (var part in ServiceRules.Split(order))
            _others.Catalog.Tell(new CatalogCommand.TellNode(order.Node, part));
    }

    private void SendOpen()
    {
        foreach (var order in _orders.Open) Send(order);
        if (_placement is not null) _others.Placers.Tell(_placement);
        KeepResending();
    }

    private void KeepResending()
    {
        if (_placement is null && !_orders.Open.Any()) Timers.Cancel("resend");
        else if (!Timers.IsTimerActive("resend"))
            Timers.StartPeriodicTimer("resend", new Resend(), _options.ResendAfter);
    }

    private void PublishNow()
    {
        var listing = ServiceRules.List(_state);
        if (listing is not null && _published is null) LogDecidedHere(_state.Name);

        // One that was removed may be listed still, by an incarnation that ended before it could say so.
        var isGone = listing is null && (_published is not null || (!_hasPublished && _state.Id is not null));
        if (isGone || (listing is not null && listing != _published)) Show(listing);
        (_published, _hasPublished) = (listing, true);
    }

    private void Show(ServiceListing? listing) =>
        _others.Catalog.Tell(new CatalogCommand.ShowService(
            new ServiceLine(_state.Name, LastSequenceNr, _time.GetUtcNow()) { Listing = listing }));
}
