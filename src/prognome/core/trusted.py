"""The types a bundle may hold beyond those that skops itself trusts; reviewed, and never read from a bundle.

A type stands here because loading it runs no code of the bundle's making: it only stores arrays, numbers
and text. :mod:`skops.io` refuses every other type.
"""

from __future__ import annotations

TRUSTED = frozenset(
    {
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.calibration._TemperatureScaling",
        "sklearn.tree._tree.Tree",
        "prognome.model.boosting.BoostedClassifier",
        "prognome.model.boosting.BoostedRegressor",
        "prognome.model.fusion.BlockModel",
        "prognome.model.fusion.FusionClassifier",
        "prognome.model.fusion.FusionRegressor",
        "prognome.model.frozen.FrozenEncoder",
        "prognome.model.group_mean.GroupMeanClassifier",
        "prognome.model.group_mean.GroupMeanRegressor",
        "prognome.model.kmer.KmerClassifier",
        "prognome.model.kmer.KmerRegressor",
        "prognome.model.hybrid.HybridClassifier",
        "prognome.model.hybrid.HybridRegressor",
        "prognome.model.linear.PenalisedLinear",
        "prognome.model.linear.PenalisedLogistic",
        "prognome.model.fitted_network.FittedNetwork",
        "prognome.model.network.NetworkClassifier",
        "prognome.model.network.NetworkRegressor",
        "prognome.model.network_inputs.NetworkInputs",
        "prognome.model.single_feature.SingleFeatureClassifier",
        "prognome.model.single_feature.SingleFeatureRegressor",
        "prognome.model.stacking.StackedClassifier",
        "prognome.model.stacking.StackedRegressor",
        "prognome.model.support_vectors.SupportVectorClassifier",
        "prognome.model.support_vectors.SupportVectorRegressor",
        "prognome.model.transfer.TransferClassifier",
        "prognome.model.transfer.TransferRegressor",
        "prognome.prepare.fuse.Fuse",
        "prognome.prepare.clean.ConstantCleaner",
        "prognome.prepare.clean.CorrelatedCleaner",
        "prognome.prepare.clean.DuplicateCleaner",
        "prognome.prepare.encode.OneHotEncoder",
        "prognome.prepare.encode.OrdinalEncoder",
        "prognome.prepare.impute.MedianImputer",
        "prognome.prepare.impute.ModeImputer",
        "prognome.prepare.impute.NearestImputer",
        "prognome.prepare.reduce.PrincipalComponents",
        "prognome.prepare.scale.Log1pScaler",
        "prognome.prepare.scale.RankScaler",
        "prognome.prepare.scale.RobustScaler",
        "prognome.prepare.scale.ZScoreScaler",
        "prognome.prepare.sequence.KmerEncoder",
        "prognome.prepare.sequence.PositionEncoder",
        "prognome.prepare.select.AnovaSelector",
        "prognome.prepare.select.MutualInformationSelector",
        "prognome.prepare.select.VarianceSelector",
    }
)
