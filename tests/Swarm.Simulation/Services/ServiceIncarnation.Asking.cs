using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Simulation.Services;

/// <content>What it does once its events are kept, and what it asks of others again and again.</content>
internal sealed partial class ServiceIncarnation
{
    private void Kept(Action kept)
    {
        kept();
        foreach (var order in _orders.Update(_state, _sequence)) Send(order);
        var needs = ServiceRules.Needs(_state, _decidedAt);
        AskForPlaces(needs.Placement);
        WakeAt(needs.WakeAt);
        KeepResending();
        if (_snapshots.IsDue(_sequence)) BeginSnapshot();
        EndIfEmpty();
    }

    private void WakeAt(DateTimeOffset? at)
    {
        if (at is null) _wake.Cancel();
        else _wake.Set(at.Value - _process.Now, () => Receive(new Wake(), _ => { }));
    }

    private void AskForPlaces(PlaceTasks? placement)
    {
        var isNew = placement is not null && placement.Request != _placement?.Request;
        _placement = placement;
        if (isNew) Ask(placement!);
    }

    private void AskEarly()
    {
        if (_placement is not null || _state.Placement.RetryAt is not { } later) return;
        if (ServiceRules.Needs(_state, later).Placement is not { } early) return;
        _stage.Tally.Count("seen: service asked early for freed room");
        Ask(early);
    }

    private void Ask(PlaceTasks placement) => _process.ToPlacer(placement, made => Receive(made, _ => { }));

    private void Send(ApplyServiceTasks order)
    {
        _stage.Rules.OrderSent(order);
        SendParts(order);
    }

    private void SendParts(ApplyServiceTasks order)
    {
        foreach (var part in ServiceRules.Split(order)) _process.ToNode(order.Node, part);
    }

    private void SendOpen()
    {
        foreach (var order in _orders.Open)
        {
            _stage.Tally.Count("seen: order repeated");
            SendParts(order);
        }

        if (_placement is not null) Ask(_placement);
        KeepResending();
    }

    private void KeepResending()
    {
        if (_placement is null && !_orders.Open.Any()) _resend.Cancel();
        else if (!_resend.IsSet) _resend.Set(_options.ResendAfter, SendOpen);
    }

    private void BeginSnapshot()
    {
        _snapshots.Began();
        var sequence = _sequence;
        _stage.Journal.SaveSnapshot(
            _process.Host, _life, Key, sequence, Written.Bytes(_state), taken =>
            {
                if (taken) _snapshots.Saved(sequence);
                else _snapshots.Failed();
                EndIfEmpty();
            });
    }

    private void EndIfEmpty()
    {
        if (IsEmpty) _forget.Set(_options.ForgetAfter, Forget);
        else _forget.Cancel();
    }

    private void Forget()
    {
        if (!IsEmpty || _isBusy) return;
        if (_snapshots.IsBehind(_sequence))
        {
            BeginSnapshot();
            return;
        }

        _life.End();
        _process.Passivated(this);
    }
}
